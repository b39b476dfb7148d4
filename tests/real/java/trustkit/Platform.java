import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509TrustManager;

/**
 * The device's own validation, below TrustKit's: signatures up to the one root, and from Android 7
 * on the pins, with the code of Android's NetworkSecurityTrustManager.
 */
public final class Platform extends TrustManagerFactorySpi {
  private static final String NAME = "Device";

  private static byte[] document;
  private static X509Certificate root;
  private static String host;

  /** What the device is asked about from now on. */
  static void set(byte[] configuration, X509Certificate anchor, String peer) {
    document = configuration;
    root = anchor;
    host = peer;
    if (Security.getProvider(NAME) == null) {
      Security.insertProviderAt(new Registered(), 1);
      Security.setProperty("ssl.TrustManagerFactory.algorithm", NAME);
    }
  }

  private static final class Registered extends Provider {
    Registered() {
      super(NAME, "1", "");
      put("TrustManagerFactory." + NAME, Platform.class.getName());
    }
  }

  @Override
  protected void engineInit(KeyStore store) {}

  @Override
  protected void engineInit(ManagerFactoryParameters parameters) {}

  @Override
  protected TrustManager[] engineGetTrustManagers() {
    return new TrustManager[] {new Manager()};
  }

  /** With the method that X509TrustManagerExtensions asks for by its name. */
  public static final class Manager implements X509TrustManager {
    public List<X509Certificate> checkServerTrusted(X509Certificate[] chain, String type, String host)
        throws CertificateException {
      List<X509Certificate> validated;
      try {
        validated = LivePins.Checker.validated(chain, root);
      } catch (GeneralSecurityException failure) {
        throw new CertificateException("the chain does not end in the root");
      }
      if (Integer.getInteger("device.api") >= 24) {
        try {
          new LivePins.Checker(document, root.getEncoded(), host).checkServerTrusted(chain, type);
        } catch (CertificateException refusal) {
          throw refusal;
        } catch (Exception failure) {
          throw new IllegalStateException(failure);
        }
      }
      return validated;
    }

    /** A handshake knows its host by itself. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
      checkServerTrusted(chain, type, host);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new IllegalStateException("no client is expected");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[] {root};
    }
  }
}
