"""A method that is asked whom to trust compares the certificate, and never has the chain evaluated.

The comparison pins the certificate or its key, and nothing else: a certificate that has expired, was revoked or is for another
host passes, and where only a key is compared, any certificate that somebody makes with it.  Apple's evaluation checks
those, and the comparison belongs after it.

```objc
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(void (^)(NSURLSessionAuthChallengeDisposition, NSURLCredential *))completionHandler {
  SecTrustRef trust = challenge.protectionSpace.serverTrust;
  NSData *served = (__bridge NSData *)SecCertificateCopyData(SecTrustGetCertificateAtIndex(trust, 0));
  NSString *path = [[NSBundle mainBundle] pathForResource:@"api" ofType:@"cer"];
  if ([served isEqualToData:[NSData dataWithContentsOfFile:path]]) {
    completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
  } else {
    completionHandler(NSURLSessionAuthChallengeCancelAuthenticationChallenge, nil);
  }
}
```

Use instead:

```diff
   SecTrustRef trust = challenge.protectionSpace.serverTrust;
-  NSData *served = (__bridge NSData *)SecCertificateCopyData(SecTrustGetCertificateAtIndex(trust, 0));
-  NSString *path = [[NSBundle mainBundle] pathForResource:@"api" ofType:@"cer"];
-  if ([served isEqualToData:[NSData dataWithContentsOfFile:path]]) {
+  if (SecTrustEvaluateWithError(trust, NULL)) {
     completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
```

References: CWE-298; CWE-297; MASVS-NETWORK-1; MASTG-TEST-0396; MASWE-0028
"""

from pincompiler.facts.challenges import ChallengeVerdict
from pincompiler.rules.challenges import Level, on_challenges

RULE = on_challenges(
    "unevaluated-chain",
    Level.WARNING,
    __doc__,
    (ChallengeVerdict.COMPARES_ONLY,),
    "call SecTrustEvaluateWithError first, and compare where it succeeds",
)
