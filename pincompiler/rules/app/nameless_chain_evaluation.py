"""A method that is asked whom to trust has the chain evaluated without the host's name.

The trust of a challenge comes with a policy that checks the host's name.  `SecTrustSetPolicies` with a policy of
basic X.509, or of TLS for no host, takes that check away: a certificate of any host passes, such as the attacker's own.

```objc
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(void (^)(NSURLSessionAuthChallengeDisposition, NSURLCredential *))completionHandler {
  SecTrustRef trust = challenge.protectionSpace.serverTrust;
  SecTrustSetPolicies(trust, SecPolicyCreateBasicX509());
  if (SecTrustEvaluateWithError(trust, NULL)) {
    completionHandler(NSURLSessionAuthChallengeUseCredential, [NSURLCredential credentialForTrust:trust]);
  } else {
    completionHandler(NSURLSessionAuthChallengeCancelAuthenticationChallenge, nil);
  }
}
```

Use instead:

```diff
   SecTrustRef trust = challenge.protectionSpace.serverTrust;
-  SecTrustSetPolicies(trust, SecPolicyCreateBasicX509());
   if (SecTrustEvaluateWithError(trust, NULL)) {
```

References: CWE-297; MASVS-NETWORK-1; MASTG-TEST-0396; MASWE-0027
"""

from pincompiler.rules.challenges import Level, on_nameless

RULE = on_nameless(
    "nameless-chain-evaluation",
    Level.WARNING,
    __doc__,
    "leave the policy of the challenge's trust as it is, or set one with the host's name",
)
