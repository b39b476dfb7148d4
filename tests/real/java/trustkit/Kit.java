import java.security.cert.X509Certificate;

/** A TrustKit that has been started, with classes of its own. */
public interface Kit {
  /** The policy for a host, see {@link TrustKitOracle}. */
  String policy(String host);

  /** What its trust manager for a host makes of a chain: {@code accept}, or what it throws. */
  String check(String host, X509Certificate[] chain);
}
