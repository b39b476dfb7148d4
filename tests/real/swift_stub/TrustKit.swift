// What TrustKit 3 offers to Swift, names and types only, for type-checking generated code on Linux.
// No value here is TrustKit's and no body does anything.

import Foundation

// On Apple's systems Foundation itself brings URLSession; generated code must not ask for more.
@_exported import FoundationNetworking

public let TrustKitVersion: String = ""

// MARK: keys of the whole configuration

public let kTSKSwizzleNetworkDelegates: String = ""
public let kTSKPinnedDomains: String = ""
public let kTSKIgnorePinningForUserDefinedTrustAnchors: String = ""

// MARK: keys of one domain

public let kTSKPublicKeyHashes: String = ""
public let kTSKEnforcePinning: String = ""
public let kTSKIncludeSubdomains: String = ""
public let kTSKExcludeSubdomainFromParentPolicy: String = ""
public let kTSKReportUris: String = ""
public let kTSKDisableDefaultReportUri: String = ""
public let kTSKExpirationDate: String = ""

@available(*, deprecated, message: "ignored since TrustKit 1.6.0")
public let kTSKPublicKeyAlgorithms: String = ""

// MARK: initialisation

public typealias TSKPinningValidatorCallback =
    (TSKPinningValidatorResult, String, [String: Any]) -> Void

open class TrustKit: NSObject {
    open class func initSharedInstance(withConfiguration trustKitConfig: [String: Any]) {}

    open class func initSharedInstance(
        withConfiguration trustKitConfig: [String: Any],
        sharedContainerIdentifier: String?
    ) {}

    open class func sharedInstance() -> Self { fatalError() }

    open class func setLoggerBlock(_ block: @escaping (String) -> Void) {}

    public init(configuration trustKitConfig: [String: Any]) {}

    public init(
        configuration trustKitConfig: [String: Any],
        sharedContainerIdentifier: String?
    ) {}

    open var pinningValidator: TSKPinningValidator {
        get { fatalError() }
        set {}
    }

    open var pinningValidatorCallback: TSKPinningValidatorCallback?

    open var pinningValidatorCallbackQueue: DispatchQueue!
}

// MARK: validation

/// Stands for Security's type, which Linux lacks.
public final class SecTrust {}

open class TSKPinningValidator: NSObject {
    open func handle(
        _ challenge: URLAuthenticationChallenge,
        completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) -> Bool { fatalError() }

    open func evaluateTrust(
        _ serverTrust: SecTrust, forHostname serverHostname: String
    ) -> TSKTrustDecision { fatalError() }
}

open class TSKPinningValidatorResult: NSObject {
    open var serverHostname: String { fatalError() }
    open var evaluationResult: TSKTrustEvaluationResult { fatalError() }
    open var finalTrustDecision: TSKTrustDecision { fatalError() }
    open var validationDuration: TimeInterval { fatalError() }
    open var certificateChain: [Any] { fatalError() }
}

public enum TSKTrustEvaluationResult: Int {
    case success
    case failedNoMatchingPin
    case failedInvalidCertificateChain
    case errorInvalidParameters
    case failedUserDefinedTrustAnchor
    case errorCouldNotGenerateSpkiHash
}

public enum TSKTrustDecision: Int {
    case shouldAllowConnection
    case shouldBlockConnection
    case domainNotPinned
}
