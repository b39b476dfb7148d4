// What the programs of the tests use of Apple's frameworks, declared for them alone: no SDK is at hand.
#define YES __objc_yes
#define NO __objc_no
#define nil ((id)0)
#define NULL ((void *)0)
typedef _Bool BOOL;
typedef long NSInteger;
typedef unsigned long NSUInteger;
typedef int OSStatus;
typedef unsigned SecTrustResultType;
typedef const void *CFTypeRef;
typedef struct __CFData *CFDataRef;
typedef struct __CFArray *CFArrayRef;
typedef struct __CFString *CFStringRef;
typedef struct __CFError *CFErrorRef;
typedef struct __SecTrust *SecTrustRef;
typedef struct __SecKey *SecKeyRef;
typedef struct __SecPolicy *SecPolicyRef;
typedef struct __SecCertificate *SecCertificateRef;
typedef struct {
  unsigned long state;
  __unsafe_unretained id *itemsPtr;
  unsigned long *mutationsPtr;
  unsigned long extra[5];
} NSFastEnumerationState;

__attribute__((objc_root_class)) @interface NSObject
+ (instancetype)alloc;
+ (instancetype)new;
+ (Class)class;
- (instancetype)init;
- (BOOL)isEqual:(id)other;
@end
@protocol NSObject
@end
@interface NSString : NSObject
- (BOOL)isEqualToString:(NSString *)other;
- (BOOL)hasSuffix:(NSString *)end;
@end
@interface NSNumber : NSObject
+ (NSNumber *)numberWithBool:(BOOL)value;
@end
@interface NSData : NSObject
+ (NSData *)dataWithBytes:(const void *)bytes length:(NSUInteger)length;
+ (NSData *)dataWithContentsOfFile:(NSString *)path;
- (const void *)bytes;
- (NSUInteger)length;
- (NSString *)base64EncodedStringWithOptions:(NSUInteger)options;
- (BOOL)isEqualToData:(NSData *)other;
@end
@interface NSArray : NSObject
+ (NSArray *)arrayWithObjects:(const id[])objects count:(NSUInteger)count;
- (BOOL)containsObject:(id)object;
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState *)state objects:(id *)objects count:(NSUInteger)count;
@end
@interface NSSet : NSObject
+ (NSSet *)setWithObject:(id)object;
- (BOOL)containsObject:(id)object;
@end
@interface NSDictionary : NSObject
+ (NSDictionary *)dictionaryWithObjects:(const id[])objects forKeys:(const id[])keys count:(NSUInteger)count;
- (id)objectForKeyedSubscript:(id)key;
@end
@interface NSBundle : NSObject
+ (NSBundle *)mainBundle;
- (NSString *)pathForResource:(NSString *)name ofType:(NSString *)type;
@end
@interface NSURL : NSObject
+ (NSURL *)URLWithString:(NSString *)text;
@end
@interface NSURLProtectionSpace : NSObject
@property(readonly) SecTrustRef serverTrust;
@property(readonly) NSString *host, *authenticationMethod;
@end
@interface NSURLAuthenticationChallenge : NSObject
@property(readonly) NSURLProtectionSpace *protectionSpace;
@property(readonly) id sender;
@end
@interface NSURLCredential : NSObject
+ (NSURLCredential *)credentialForTrust:(SecTrustRef)trust;
- (instancetype)initWithTrust:(SecTrustRef)trust;
@end
typedef NSInteger NSURLSessionAuthChallengeDisposition;
enum { UseCredential, DefaultHandling, CancelChallenge, RejectProtectionSpace };
typedef void (^ChallengeAnswer)(NSURLSessionAuthChallengeDisposition, NSURLCredential *);
@class NSURLSession, NSURLSessionTask, NSURLConnection, WKWebView;
@protocol NSURLSessionDelegate
@optional
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(ChallengeAnswer)answer;
- (void)URLSession:(NSURLSession *)session
                   task:(NSURLSessionTask *)task
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(ChallengeAnswer)answer;
@end
@interface NSURLSessionConfiguration : NSObject
+ (NSURLSessionConfiguration *)defaultSessionConfiguration;
@end
@interface NSURLSessionTask : NSObject
- (void)resume;
@end
@interface NSURLSession : NSObject
+ (NSURLSession *)sessionWithConfiguration:(NSURLSessionConfiguration *)configuration
                                  delegate:(id)delegate
                             delegateQueue:(id)queue;
- (NSURLSessionTask *)dataTaskWithURL:(NSURL *)address;
@end
@interface NSURLRequest : NSObject
+ (BOOL)allowsAnyHTTPSCertificateForHost:(NSString *)host;
+ (void)setAllowsAnyHTTPSCertificate:(BOOL)any forHost:(NSString *)host;
@end
@interface NSObject (ChallengeSender)
- (void)useCredential:(NSURLCredential *)credential forAuthenticationChallenge:(NSURLAuthenticationChallenge *)challenge;
- (void)continueWithoutCredentialForAuthenticationChallenge:(NSURLAuthenticationChallenge *)challenge;
- (void)cancelAuthenticationChallenge:(NSURLAuthenticationChallenge *)challenge;
@end
extern NSString *const NSURLAuthenticationMethodServerTrust;

OSStatus SecTrustEvaluate(SecTrustRef trust, SecTrustResultType *result);
BOOL SecTrustEvaluateWithError(SecTrustRef trust, CFErrorRef *error);
OSStatus SecTrustEvaluateAsyncWithError(SecTrustRef trust, id queue, void (^done)(SecTrustRef, BOOL, CFErrorRef));
OSStatus SecTrustGetTrustResult(SecTrustRef trust, SecTrustResultType *result);
SecKeyRef SecTrustCopyKey(SecTrustRef trust);
CFArrayRef SecTrustCopyCertificateChain(SecTrustRef trust);
SecCertificateRef SecTrustGetCertificateAtIndex(SecTrustRef trust, long index);
CFDataRef SecTrustCopyExceptions(SecTrustRef trust);
BOOL SecTrustSetExceptions(SecTrustRef trust, CFDataRef exceptions);
OSStatus SecTrustSetAnchorCertificates(SecTrustRef trust, CFTypeRef anchors);
OSStatus SecTrustSetPolicies(SecTrustRef trust, CFTypeRef policies);
SecPolicyRef SecPolicyCreateSSL(BOOL server, CFTypeRef host);
SecPolicyRef SecPolicyCreateBasicX509(void);
CFDataRef SecCertificateCopyData(SecCertificateRef certificate);
SecCertificateRef SecCertificateCreateWithData(CFTypeRef allocator, CFDataRef data);
SecKeyRef SecCertificateCopyKey(SecCertificateRef certificate);
CFDataRef SecKeyCopyExternalRepresentation(SecKeyRef key, CFErrorRef *error);
BOOL CFEqual(CFTypeRef one, CFTypeRef other);
unsigned char *CC_SHA256(const void *data, unsigned length, unsigned char *digest);
int memcmp(const void *one, const void *other, unsigned long size);
int strcmp(const char *one, const char *other);

typedef void (^sec_protocol_verify_complete_t)(BOOL);
typedef void (^sec_protocol_verify_t)(id metadata, id trust, sec_protocol_verify_complete_t complete);
void sec_protocol_options_set_verify_block(id options, sec_protocol_verify_t block, id queue);
SecTrustRef sec_trust_copy_ref(id trust);
id nw_tls_copy_sec_protocol_options(id options);
id dispatch_get_global_queue(long class, unsigned long flags);
void dispatch_async(id queue, void (^block)(void));
int curl_easy_setopt(void *curl, int option, ...);

@interface TrustKit : NSObject
+ (void)initSharedInstanceWithConfiguration:(NSDictionary *)configuration;
+ (instancetype)sharedInstance;
@property(readonly) id pinningValidator;
@end
extern NSString *const kTSKSwizzleNetworkDelegates, *const kTSKPinnedDomains, *const kTSKPublicKeyHashes;
@interface NSObject (TSKPinningValidator)
- (BOOL)handleChallenge:(NSURLAuthenticationChallenge *)challenge completionHandler:(ChallengeAnswer)answer;
@end
@interface AFSecurityPolicy : NSObject
+ (instancetype)policyWithPinningMode:(NSUInteger)mode;
@property BOOL allowInvalidCertificates, validatesDomainName;
@property NSSet *pinnedCertificates;
@end
@interface AFHTTPSessionManager : NSObject
+ (instancetype)manager;
@property AFSecurityPolicy *securityPolicy;
@end
