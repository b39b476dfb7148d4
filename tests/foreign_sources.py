"""Files of other tools, and source code, that have pins as literals: one meaning each, `api.example.com` alone."""

from __future__ import annotations

from tests.test_cli import PIN_A, PIN_B

KOTLIN = f"""\
package com.example.net

import okhttp3.CertificatePinner
import okhttp3.OkHttpClient

private const val API = "api.example.com" // the only host

/* the pins: /* nested */ "sha256/no" */
object Network {{
    private val PINS = arrayOf("sha256/{PIN_A}")

    fun client(): OkHttpClient = OkHttpClient.Builder()
        .certificatePinner(
            CertificatePinner.Builder()
                .add(API, *PINS)
                .add(pattern = API, "sha256/" + "{PIN_B}")
                .build()
        )
        .build()
}}
"""
KOTLIN_BLOCKS = f"""\
val pinner = okhttp3.CertificatePinner.Builder().apply {{
    add("api.example.com", "sha256/{PIN_A}")
    this.add("api.example.com", \"\"\"sha256/{PIN_B}\"\"\")
}}.build()
"""
KOTLIN_NAMED = f"""\
fun pinner(): CertificatePinner {{
    val builder: CertificatePinner.Builder = CertificatePinner.Builder()
    with(builder) {{ add("api.example.com", "sha256/{PIN_A}") }}
    builder?.add("api.example.com", "sha256/{PIN_B}")
    return builder.build()
}}
"""
JAVA = f"""\
package com.example.net;

import okhttp3.CertificatePinner;

final class Network {{
    private static final String HOST = "api.example.com";
    private static final String[] PINS = {{"sha256/{PIN_A}", "sha256/{PIN_B}"}};
    private static String other = 'c' + "// no comment";

    static CertificatePinner pinner() {{
        CertificatePinner.Builder builder = new CertificatePinner.Builder();
        builder.add(Network.HOST, PINS);
        return builder.build();
    }}
}}
"""
JAVA_CHAIN = f"""\
class Factory implements OkHttpClientFactory {{
  private static String hostname = "api.example.com";
  public OkHttpClient createNewNetworkModuleClient() {{
    CertificatePinner certificatePinner = new okhttp3.CertificatePinner.Builder()
      .add(hostname, "sha256/{PIN_A}")
      .add(hostname, new String[] {{ "sha256/{PIN_B}" }})
      .build();
    return client.certificatePinner(certificatePinner).build();
  }}
}}
"""
SWIFT = f"""\
import TrustKit

enum Pinning {{
    static let host = "api.example.com"

    static func start() {{
        let configuration = [
            kTSKSwizzleNetworkDelegates: false,
            kTSKPinnedDomains: [
                host: [
                    kTSKPublicKeyHashes: [
                        "{PIN_A}", // now
                        "{PIN_B}",
                    ],
                    kTSKIncludeSubdomains: false,
                ],
            ],
        ] as [String: Any]
        TrustKit.initSharedInstance(withConfiguration: configuration)
    }}
}}
"""
OBJECTIVE_C = f"""\
#import <TrustKit/TrustKit.h>

static NSString *const kHost = @"api.example.com";

- (void)startPinning {{
    NSDictionary *configuration = @{{
        kTSKSwizzleNetworkDelegates : @NO,
        kTSKPinnedDomains : @{{
            kHost : @{{
                kTSKEnforcePinning : @(YES),
                kTSKPublicKeyHashes : @[
                    @"{PIN_A}",
                    @"{PIN_B}"
                ]
            }}
        }}
    }};
    [TrustKit initSharedInstanceWithConfiguration:configuration];
}}
"""
EXPO = f"""\
{{
  "expo": {{
    "name": "shop",
    "plugins": [
      "expo-font",
      ["@bam.tech/react-native-app-security", {{
        "sslPinning": {{"api.example.com": ["{PIN_A}", "{PIN_B}"]}}
      }}]
    ]
  }}
}}
"""
EXPO_CONFIG = f"""\
const host = 'api.example.com'; // the API
/** @type {{import('expo').ExpoConfig}} */
module.exports = {{
  plugins: [
    ['@bam.tech/react-native-app-security', {{
      sslPinning: {{
        [host]: [`{PIN_A}`, '{PIN_B}'],
      }},
    }}],
  ],
  pattern: /["'`]/g,
}};
"""
EXPO_FIRST = f"""\
const config: ExpoConfig = {{
  plugins: [["@bam.tech/react-native-ssl-pinning", {{
    hostName: "api.example.com",
    certificates: ["{PIN_A}", "{PIN_B}"],
  }}]],
}};
"""
SCRIPT = f"""\
import {{ initializeSslPinning }} from 'react-native-ssl-public-key-pinning';

const PINS = {{
  'api.example.com': {{
    includeSubdomains: false,
    publicKeyHashes: ['{PIN_A}', "{PIN_B}"],
  }},
}} as const;

export const start = async () => {{
  await initializeSslPinning(PINS);
}};
"""
SCRIPT_MANAGER = f"""\
const sslConfig = {{
  domains: {{ "api.example.com": {{ includeSubdomains: false }} }},
  sha256Keys: {{ "api.example.com": ["sha256/{PIN_A}", "sha256/{PIN_B}"] }},
}};
initializeSslPinning(JSON.stringify(sslConfig));
"""
PINSET = f'{{"domains": {{"api.example.com": {{"pins": ["sha256/{PIN_A}", "sha256/{PIN_B}"]}}}}}}\n'
SSL_CONFIG = f"""\
{{
  "sha256Keys": {{"api.example.com": ["sha256/{PIN_A}", "sha256/{PIN_B}"]}},
  "domains": {{"api.example.com": {{"includeSubdomains": false}}}}
}}
"""
WULTRA = f"""\
{{"fingerprints": [
  {{"name": "api.example.com", "fingerprint": "{PIN_A}", "expires": 1896127200, "signature": "AA=="}},
  {{"name": "api.example.com", "fingerprint": "{PIN_B}", "expires": 1896127200, "signature": "AA=="}}
]}}
"""
SOURCES: dict[str, tuple[str, ...]] = {
    ".kt": (KOTLIN, KOTLIN_BLOCKS, KOTLIN_NAMED),
    ".java": (JAVA, JAVA_CHAIN),
    ".swift": (SWIFT,),
    ".m": (OBJECTIVE_C,),
    ".js": (EXPO_CONFIG,),
    ".ts": (EXPO_FIRST, SCRIPT, SCRIPT_MANAGER),
    ".json": (EXPO, PINSET, SSL_CONFIG, WULTRA),
}
"""By the ending of their files' names."""
