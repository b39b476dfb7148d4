"""Names of Apple's that a handler of challenges meets, by what they do.

Sources: the documentation of URLSession, NSURLConnection and Security; the symbols of Swift's overlays as compilers
write them.
"""

from __future__ import annotations

from typing import Final

KEEPING: Final = frozenset(
    (
        *(
            "_objc_retain",
            "_objc_autorelease",
            "_objc_retainAutorelease",
            "_objc_retainAutoreleasedReturnValue",
        ),
        *("_objc_claimAutoreleasedReturnValue", "_objc_unsafeClaimAutoreleasedReturnValue", "_objc_opt_self"),
        *(
            "_objc_autoreleaseReturnValue",
            "_objc_retainAutoreleaseReturnValue",
            "_objc_retainBlock",
            "__Block_copy",
        ),
        *(
            "_swift_retain",
            "_swift_bridgeObjectRetain",
            "_swift_unknownObjectRetain",
            "_CFRetain",
            "_swift_retain_n",
        ),
        *("_CFAutorelease", "_objc_msgSend$self", "_swift_getObjectType"),
    )
)
"""Functions whose result is what they are given."""
VOID: Final = frozenset(
    (
        *("_objc_release", "_swift_release", "_swift_bridgeObjectRelease", "_swift_unknownObjectRelease"),
        *("_CFRelease", "_swift_release_n", "__Block_release", "_objc_destroyWeak", "_swift_endAccess"),
        *("_swift_beginAccess", "_objc_autoreleasePoolPop", "_NSLog", "_objc_sync_enter", "_objc_sync_exit"),
    )
)
ENDING: Final = frozenset(
    (
        "___stack_chk_fail",
        "_abort",
        "_exit",
        "_objc_exception_throw",
        "_swift_unexpectedError",
        "__Unwind_Resume",
    )
)
"""Functions that never come back."""
MAKING: Final = frozenset(("_objc_alloc", "_objc_alloc_init", "_objc_opt_new", "_objc_allocWithZone"))
SERVED: Final = frozenset(
    (
        *("_SecTrustCopyKey", "_SecTrustCopyPublicKey", "_SecTrustGetCertificateAtIndex"),
        "_SecTrustCopyCertificateChain",
    )
)
"""What gives a part of the chain that a server sent."""
EVALUATING: Final = frozenset(("_SecTrustEvaluateWithError",))
EVALUATING_TO_MEMORY: Final = frozenset(("_SecTrustEvaluate", "_SecTrustGetTrustResult"))
EVALUATING_LATER: Final = frozenset(("_SecTrustEvaluateAsync", "_SecTrustEvaluateAsyncWithError"))
PROCEED: Final = 4
RECOVERABLE: Final = 5
"""``kSecTrustResultUnspecified``, which is trust without a user's say; and ``…RecoverableTrustFailure``."""
EQUAL_IF_TRUE: Final = frozenset(
    (
        *("_CFEqual", "_$s10Foundation4DataV2eeoiySbAC_ACtFZ", "_$sSS2eeoiySbSS_SStFZ"),
        "_$ss27_stringCompareWithSmolCheck__9expectingSbs11_StringGutsV_ADs01_G16ComparisonResultOtF",
    )
)
EQUAL_IF_ZERO: Final = frozenset(("_memcmp", "_bcmp", "_strcmp", "_strncmp", "_timingsafe_bcmp"))
EQUALITIES: Final = frozenset(
    (
        *("isEqualToData:", "isEqualToString:", "isEqual:", "containsObject:", "isEqualToArray:"),
        *("caseInsensitiveCompare:", "compare:"),
    )
)
COMPARISONS: Final = frozenset(("caseInsensitiveCompare:", "compare:"))
"""Those of them that give 0 for what is equal."""
ROLES: Final = {
    "protectionSpace": "space",
    "serverTrust": "trust",
    "authenticationMethod": "method",
    "host": "host",
    "sender": "sender",
    "credentialForTrust:": "credential",
    "initWithTrust:": "credential",
}
"""What messages to Apple's objects give."""
SELVES: Final = frozenset(("retain", "autorelease", "self", "copy", "mutableCopy"))
ANSWERS: Final = {
    "useCredential:forAuthenticationChallenge:": "accept",
    "performDefaultHandlingForAuthenticationChallenge:": "default",
    "cancelAuthenticationChallenge:": "refuse",
    "rejectProtectionSpaceAndContinueWithChallenge:": "refuse",
    "continueWithoutCredentialForAuthenticationChallenge:": "unknown",
}
"""Answers to the old NSURLConnection, sent to the sender of a challenge."""
CONFIGURED: Final = frozenset(("evaluateServerTrust:forDomain:", "evaluateTrust:forHostname:"))
"""Of AFNetworking and TrustKit, whose configuration decides, under whatever names their classes are."""
SERVER_TRUST: Final = "_NSURLAuthenticationMethodServerTrust"
METHOD: Final = "_NSURLAuthenticationMethod"
