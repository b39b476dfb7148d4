"""A method that is asked whom to trust has the chain evaluated, and does not look at the outcome.

`SecTrustEvaluateWithError` returns whether the chain is good; `SecTrustEvaluate` writes it into its second argument, and
what that function returns says only that it ran.  A credential that is made whatever came out accepts every server.

```objc
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(void (^)(NSURLSessionAuthChallengeDisposition, NSURLCredential *))completionHandler {
  SecTrustRef trust = challenge.protectionSpace.serverTrust;
  SecTrustEvaluateWithError(trust, NULL);
  completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
}
```

Use instead:

```diff
   SecTrustRef trust = challenge.protectionSpace.serverTrust;
-  SecTrustEvaluateWithError(trust, NULL);
-  completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
+  if (SecTrustEvaluateWithError(trust, NULL)) {
+    completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
+  } else {
+    completionHandler(NSURLSessionAuthChallengeCancelAuthenticationChallenge, nil);
+  }
 }
```

References: CWE-295; CWE-390; MASVS-NETWORK-1; MASTG-TEST-0396; MASWE-0027
"""

from pincompiler.facts.challenges import ChallengeVerdict
from pincompiler.rules.challenges import Level, on_challenges

RULE = on_challenges(
    "ignored-trust-result",
    Level.WARNING,
    __doc__,
    (ChallengeVerdict.IGNORES_RESULT,),
    "make the credential only if the evaluation says so",
)
