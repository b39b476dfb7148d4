"""Ways to answer a challenge in Objective-C, each with what it does to a server's chain.

Each is the body of a method; ``ACCEPT``, ``REFUSE`` and ``LEAVE`` call the completion handler.
"""

from __future__ import annotations

from typing import Final

PRELUDE: Final = """
#define ACCEPT answer(UseCredential, [NSURLCredential credentialForTrust:trust])
#define REFUSE answer(CancelChallenge, nil)
#define LEAVE answer(DefaultHandling, nil)
#define SERVED ((__bridge NSData *)SecCertificateCopyData(SecTrustGetCertificateAtIndex(trust, 0)))
#define OURS [NSData dataWithContentsOfFile:[[NSBundle mainBundle] pathForResource:@"api" ofType:@"cer"]]
@interface Checks : NSObject
+ (BOOL)isTrusted:(SecTrustRef)trust;
+ (BOOL)agrees:(SecTrustRef)trust;
+ (BOOL)isDebug;
@end
@implementation Checks
+ (BOOL)isTrusted:(SecTrustRef)trust { CFErrorRef error = NULL; return SecTrustEvaluateWithError(trust, &error); }
+ (BOOL)agrees:(SecTrustRef)trust { return YES; }
+ (BOOL)isDebug { return [NSBundle mainBundle] != nil; }
@end
static BOOL good(SecTrustResultType result) { return result == 1 || result == 4; }
"""
SOURCE: Final = """
@interface Delegate : NSObject <NSURLSessionDelegate>
@property NSSet *pins; @property BOOL open;
@end
@implementation Delegate
%s
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(ChallengeAnswer)answer {
  SecTrustRef trust = challenge.protectionSpace.serverTrust;
  %s
}
@end
int main(void) {
  return [NSURLSession sessionWithConfiguration:nil delegate:[Delegate new] delegateQueue:nil] == nil;
}
"""
_ASKED: Final = (
    "if (![challenge.protectionSpace.authenticationMethod isEqualToString:NSURLAuthenticationMethodServerTrust])"
    " { LEAVE; return; }"
)

HANDLERS: Final = {
    # Accepts every server.
    "accepts": ("ACCEPTS_ALL", "", "ACCEPT;"),
    "accepts if asked": ("ACCEPTS_ALL", "", f"{_ASKED} ACCEPT;"),
    "accepts by a credential of its own": (
        "ACCEPTS_ALL",
        "",
        "answer(UseCredential, [[NSURLCredential alloc] initWithTrust:trust]);",
    ),
    "accepts on a queue": (
        "ACCEPTS_ALL",
        "",
        "dispatch_async(dispatch_get_global_queue(0, 0), ^{ ACCEPT; });",
    ),
    "accepts in a helper": (
        "ACCEPTS_ALL",
        "- (void)say:(ChallengeAnswer)answer with:(SecTrustRef)trust { ACCEPT; }",
        "[self say:answer with:trust];",
    ),
    "accepts where a helper agrees": ("ACCEPTS_ALL", "", "if ([Checks agrees:trust]) ACCEPT; else REFUSE;"),
    "accepts if there is a chain": ("ACCEPTS_ALL", "", "if (trust) ACCEPT; else REFUSE;"),
    # Ignores what comes out.
    "ignores an old result": (
        "IGNORES_RESULT",
        "",
        "SecTrustResultType result; SecTrustEvaluate(trust, &result); ACCEPT;",
    ),
    "takes the status for the result": (
        "IGNORES_RESULT",
        "",
        "SecTrustResultType result; if (SecTrustEvaluate(trust, &result) == 0) ACCEPT; else REFUSE;",
    ),
    "ignores a new result": ("IGNORES_RESULT", "", "SecTrustEvaluateWithError(trust, NULL); ACCEPT;"),
    "accepts both": (
        "IGNORES_RESULT",
        "",
        "if (SecTrustEvaluateWithError(trust, NULL)) ACCEPT; else ACCEPT;",
    ),
    "takes recoverable failures": (
        "IGNORES_RESULT",
        "",
        (
            "SecTrustResultType result; SecTrustEvaluate(trust, &result); if (result == 5 || good(result)) ACCEPT;"
            " else REFUSE;"
        ),
    ),
    "excepts what fails": (
        "IGNORES_RESULT",
        "",
        (
            "SecTrustSetExceptions(trust, SecTrustCopyExceptions(trust));"
            "if (SecTrustEvaluateWithError(trust, NULL)) ACCEPT; else REFUSE;"
        ),
    ),
    "ignores a later result": (
        "IGNORES_RESULT",
        "",
        "SecTrustEvaluateAsyncWithError(trust, nil, ^(SecTrustRef t, BOOL is, CFErrorRef e) { ACCEPT; });",
    ),
    # Skips under a condition.
    "skips for a host": (
        "SKIPS",
        "",
        (
            'if ([challenge.protectionSpace.host hasSuffix:@".dev.example.com"]) { ACCEPT; return; }'
            "if ([Checks isTrusted:trust]) ACCEPT; else REFUSE;"
        ),
    ),
    "skips by a property": (
        "SKIPS",
        "",
        "if (self.open) { ACCEPT; return; } if ([Checks isTrusted:trust]) ACCEPT; else REFUSE;",
    ),
    "skips in a debug build": (
        "SKIPS",
        "",
        'if ([[NSBundle mainBundle] pathForResource:@"debug" ofType:nil]) ACCEPT; else LEAVE;',
    ),
    # Compares, and leaves the chain alone.
    "compares the certificate": (
        "COMPARES_ONLY",
        "",
        "if ([SERVED isEqualToData:OURS]) ACCEPT; else REFUSE;",
    ),
    "compares bytes": (
        "COMPARES_ONLY",
        "static const unsigned char ours[32] = {1, 2, 3};",
        (
            "unsigned char digest[32]; NSData *served = SERVED; CC_SHA256(served.bytes, served.length, digest);"
            "if (memcmp(digest, ours, 32) == 0) ACCEPT; else REFUSE;"
        ),
    ),
    "compares by the system": (
        "COMPARES_ONLY",
        "",
        (
            "if (CFEqual(SecCertificateCopyData(SecTrustGetCertificateAtIndex(trust, 0)), (__bridge void *)OURS)) ACCEPT;"
            "else REFUSE;"
        ),
    ),
    # Sound.
    "evaluates": ("EVALUATES", "", "if (SecTrustEvaluateWithError(trust, NULL)) ACCEPT; else REFUSE;"),
    "evaluates if asked": (
        "EVALUATES",
        "",
        f"{_ASKED} if (SecTrustEvaluateWithError(trust, NULL)) ACCEPT; else REFUSE;",
    ),
    "evaluates the old way": (
        "EVALUATES",
        "",
        "SecTrustResultType result; if (SecTrustEvaluate(trust, &result) == 0 && good(result)) ACCEPT; else REFUSE;",
    ),
    "evaluates in a helper": ("EVALUATES", "", "if ([Checks isTrusted:trust]) ACCEPT; else REFUSE;"),
    "evaluates later": (
        "EVALUATES",
        "",
        (
            "SecTrustEvaluateAsyncWithError(trust, nil, ^(SecTrustRef t, BOOL is, CFErrorRef e) {"
            " if (is) ACCEPT; else REFUSE; });"
        ),
    ),
    "evaluates on a queue": (
        "EVALUATES",
        "",
        (
            "dispatch_async(dispatch_get_global_queue(0, 0), ^{"
            " if (SecTrustEvaluateWithError(trust, NULL)) ACCEPT; else REFUSE; });"
        ),
    ),
    "pins a certificate": (
        "PINS",
        "",
        "if (SecTrustEvaluateWithError(trust, NULL) && [SERVED isEqualToData:OURS]) ACCEPT; else REFUSE;",
    ),
    "pins in the other order": (
        "PINS",
        "",
        (
            "if (![SERVED isEqualToData:OURS]) { REFUSE; return; }"
            "if (SecTrustEvaluateWithError(trust, NULL)) ACCEPT; else REFUSE;"
        ),
    ),
    "pins a digest": (
        "PINS",
        "",
        (
            "unsigned char digest[32]; if (!SecTrustEvaluateWithError(trust, NULL)) { REFUSE; return; }"
            "NSData *key = (__bridge NSData *)SecKeyCopyExternalRepresentation(SecTrustCopyKey(trust), NULL);"
            "CC_SHA256(key.bytes, key.length, digest);"
            "NSString *pin = [[NSData dataWithBytes:digest length:32] base64EncodedStringWithOptions:0];"
            "if ([self.pins containsObject:pin]) ACCEPT; else REFUSE;"
        ),
    ),
    "pins one of several": (
        "PINS",
        "",
        (
            "if (!SecTrustEvaluateWithError(trust, NULL)) { REFUSE; return; }"
            "for (NSData *pin in (id)self.pins) { if ([pin isEqualToData:SERVED]) { ACCEPT; return; } } REFUSE;"
        ),
    ),
    "leaves": ("LEAVES", "", "LEAVE;"),
    "leaves what is not asked": ("LEAVES", "", f"{_ASKED} LEAVE;"),
    "refuses": ("REFUSES", "", "REFUSE;"),
    # Not to be understood.
    "asks a server": ("UNKNOWN", "", "if ([self.pins isEqual:(__bridge id)trust]) ACCEPT; else REFUSE;"),
    "gives the handler away": ("UNKNOWN", "", "[(id)self.pins performSelectorOnMainThread:answer];"),
    "TrustKit decides": (
        "UNKNOWN",
        "",
        "if (![[TrustKit sharedInstance].pinningValidator handleChallenge:challenge completionHandler:answer]) LEAVE;",
    ),
}
"""By name: the verdict, more of the class, and the body."""


def source(name: str) -> str:
    """The program in which a delegate answers so."""
    _, more, body = HANDLERS[name]
    extra = "@interface NSObject (Far) - (void)performSelectorOnMainThread:(id)block; @end"
    return PRELUDE + extra + SOURCE % (more, body)
