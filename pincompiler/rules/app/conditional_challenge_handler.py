"""A method that is asked whom to trust accepts every server under a condition.

A flag for debugging, a host's name, a setting: some way through the method makes the credential without having the
chain evaluated.  Such switches are set in the wild, by a configuration from a server or by whoever holds the device.

```objc
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(void (^)(NSURLSessionAuthChallengeDisposition, NSURLCredential *))completionHandler {
  SecTrustRef trust = challenge.protectionSpace.serverTrust;
  if ([challenge.protectionSpace.host hasSuffix:@".example.com"]) {
    completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
  } else if (SecTrustEvaluateWithError(trust, NULL)) {
    completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
  } else {
    completionHandler(NSURLSessionAuthChallengeCancelAuthenticationChallenge, nil);
  }
}
```

Use instead:

```diff
   SecTrustRef trust = challenge.protectionSpace.serverTrust;
-  if ([challenge.protectionSpace.host hasSuffix:@".example.com"]) {
-    completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
-  } else if (SecTrustEvaluateWithError(trust, NULL)) {
+  if (SecTrustEvaluateWithError(trust, NULL)) {
     completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0396; MASWE-0027
"""

from pincompiler.facts.challenges import ChallengeVerdict
from pincompiler.rules.challenges import Level, on_challenges

RULE = on_challenges(
    "conditional-challenge-handler",
    Level.WARNING,
    __doc__,
    (ChallengeVerdict.SKIPS,),
    "take the way out of release builds",
)
