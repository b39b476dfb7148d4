import android.content.Context;
import com.datatheorem.android.trustkit.TrustKit;
import com.datatheorem.android.trustkit.config.DomainPinningPolicy;
import com.datatheorem.android.trustkit.config.PublicKeyPin;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** Starts TrustKit as an app does; its name and TrustKit's are looked up by one class loader. */
public final class Started implements Kit {
  private final TrustKit kit;

  public Started(Context context) {
    kit = TrustKit.initializeWithNetworkSecurityConfiguration(context);
  }

  @Override
  public String policy(String host) {
    DomainPinningPolicy policy;
    try {
      policy = kit.getConfiguration().getPolicyForHostname(host);
    } catch (IllegalArgumentException refusal) {
      return "invalid";
    }
    if (policy == null) {
      return "none";
    }
    StringBuilder line = new StringBuilder("policy ").append(policy.shouldEnforcePinning());
    line.append(' ');
    line.append(policy.getExpirationDate() == null ? "never" : policy.getExpirationDate().getTime());
    line.append(' ').append(policy.getReportUris().size());
    for (PublicKeyPin pin : policy.getPublicKeyPins()) {
      line.append(' ').append(pin);
    }
    return line.toString();
  }

  @Override
  public String check(String host, X509Certificate[] chain) {
    try {
      kit.getTrustManager(host).checkServerTrusted(chain, "UNKNOWN");
      return "accept";
    } catch (CertificateException refusal) {
      return refusal.getMessage().split("\n")[0];
    }
  }
}
