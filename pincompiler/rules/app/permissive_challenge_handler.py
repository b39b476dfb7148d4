"""A method that is asked whom to trust accepts every server.

`URLSession:didReceiveChallenge:completionHandler:` and its kin for tasks, web views and NSURLConnection are asked about
each server's certificates.  This one makes a credential of the server's trust without having it evaluated.  Where App
Transport Security is in force it still asks that the system trusts the chain, and NSPinnedDomains is checked beside
the method; for every connection that an exception, `NSAllowsArbitraryLoads` or an address takes from it, anybody on the
way can read and change the traffic.  It is an error where the app has such exceptions, and awaits the first one elsewhere.
In Swift the same is `completionHandler(.useCredential, URLCredential(trust: trust))`.

```objc
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(void (^)(NSURLSessionAuthChallengeDisposition, NSURLCredential *))completionHandler {
  SecTrustRef trust = challenge.protectionSpace.serverTrust;
  completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
}
```

Use instead:

```diff
   SecTrustRef trust = challenge.protectionSpace.serverTrust;
-  completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
+  if (SecTrustEvaluateWithError(trust, NULL)) {
+    completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
+  } else {
+    completionHandler(NSURLSessionAuthChallengeCancelAuthenticationChallenge, nil);
+  }
 }
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0396; MASTG-TEST-0397; MASWE-0027; Apple: Performing Manual Server Trust Authentication
"""

from pincompiler.facts.challenges import ChallengeVerdict
from pincompiler.rules.challenges import Level, on_challenges

RULE = on_challenges(
    "permissive-challenge-handler",
    Level.WARNING,
    __doc__,
    (ChallengeVerdict.ACCEPTS_ALL,),
    "have the chain evaluated by SecTrustEvaluateWithError, or leave the decision to the system",
)
