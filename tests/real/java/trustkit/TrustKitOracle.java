import com.datatheorem.android.trustkit.config.DomainPinningPolicy;
import com.datatheorem.android.trustkit.config.PublicKeyPin;
import com.datatheorem.android.trustkit.config.TrustKitConfiguration;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Has TrustKit-Android read compiled network security configurations, as it does when an app starts it.
 *
 * <p>Standard input: a count of documents, then each: its binary XML, a count of hosts, the hosts.
 * Standard output, per document: {@code error} and the message, in base64, or {@code hosts} and one
 * line per host: {@code none}, {@code invalid} for what is no domain name, or {@code policy <enforced> <expiration> <count of report URIs>
 * <pin>*}; an expiration is epoch milliseconds or {@code never}.
 */
public final class TrustKitOracle {
  private TrustKitOracle() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    for (int left = in.readInt(); left > 0; left--) {
      TrustKitConfiguration configuration = null;
      try {
        configuration = TrustKitConfiguration.fromXmlPolicy(null, BinaryXml.open(bytes(in)));
        answers.println("hosts");
      } catch (Exception refusal) {
        byte[] words = refusal.toString().getBytes(StandardCharsets.UTF_8);
        answers.println("error " + Base64.getEncoder().encodeToString(words));
      }
      for (int more = in.readInt(); more > 0; more--) {
        String host = new String(bytes(in), StandardCharsets.UTF_8);
        if (configuration != null) {
          answers.println(described(configuration, host));
        }
      }
    }
    answers.flush();
  }

  private static String described(TrustKitConfiguration configuration, String host) {
    DomainPinningPolicy policy;
    try {
      policy = configuration.getPolicyForHostname(host);
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

  private static byte[] bytes(DataInputStream in) throws IOException {
    byte[] value = new byte[in.readInt()];
    in.readFully(value);
    return value;
  }
}
