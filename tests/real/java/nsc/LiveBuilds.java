import android.content.Context;
import android.content.pm.ApplicationInfo;
import android.security.net.config.ApplicationConfig;
import android.security.net.config.NetworkSecurityConfig;
import android.security.net.config.SystemCertificateSource;
import android.security.net.config.TrustAnchor;
import android.security.net.config.UserCertificateSource;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Connects to servers on this machine as an app of a build does, whose resources Android's own code reads.
 *
 * <p>Signatures and dates are the JVM's to check, since Android's builder of paths is in machine code. In which anchor
 * of the app, of its debuggable build or of the device a path ends, and what is made of pins, is Android's own code.
 *
 * <p>Standard input, big-endian: a count of questions, then each: debuggable (0 or 1), the binary XML of the
 * configuration, that of the resource with {@code _debug} behind its name (empty: there is none), a count of raw
 * resources, the id and content of each, a count of certificates in the system's store, each, the same of the user's,
 * the host, the port. Standard output, one line each: {@code accept}, {@code no anchor}, {@code pins}, or {@code
 * throws:} and another exception.
 */
public final class LiveBuilds {
  private static final class NoAnchor extends CertificateException {}

  private LiveBuilds() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    for (int left = in.readInt(); left > 0; left--) {
      ApplicationInfo app = new ApplicationInfo();
      app.targetSdkVersion = 34;
      app.flags = in.readInt() == 0 ? 0 : ApplicationInfo.FLAG_DEBUGGABLE;
      byte[] document = NscOracle.bytes(in);
      byte[] twin = NscOracle.bytes(in);
      Map<Integer, byte[]> resources = new HashMap<>();
      for (int more = in.readInt(); more > 0; more--) {
        resources.put(in.readInt(), NscOracle.bytes(in));
      }
      SystemCertificateSource.getInstance().hold(certificates(in));
      UserCertificateSource.getInstance().hold(certificates(in));
      Context context = new AnchorConfigs.AppContext(document, twin, resources);
      String host = NscOracle.string(in);
      ApplicationConfig config = new ApplicationConfig(NscOracle.source(context, app));
      answers.println(answer(config.getConfigForHostname(host), host, in.readInt()));
    }
    answers.flush();
  }

  private static List<X509Certificate> certificates(DataInputStream in) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> found = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      ByteArrayInputStream der = new ByteArrayInputStream(NscOracle.bytes(in));
      found.add((X509Certificate) factory.generateCertificate(der));
    }
    return found;
  }

  private static String answer(NetworkSecurityConfig config, String host, int port) {
    Checker checker = new Checker(config);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {checker}, null);
      InetAddress here = InetAddress.getLoopbackAddress();
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(here, port)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(Collections.singletonList(new SNIHostName(host)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
      }
      return "accept";
    } catch (Throwable thrown) {
      return checker.refusal.isEmpty() ? "throws:" + thrown.toString().replace('\n', ' ') : checker.refusal;
    }
  }

  /** What the app's configuration makes of a chain. */
  private static final class Checker implements X509TrustManager {
    private final NetworkSecurityConfig config;
    String refusal = "";

    Checker(NetworkSecurityConfig config) {
      this.config = config;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
      try {
        List<X509Certificate> path = path(chain);
        Object manager = LivePins.manager(config);
        Method check = manager.getClass().getDeclaredMethod("checkPins", List.class);
        check.setAccessible(true);
        check.invoke(manager, path);
      } catch (NoAnchor failure) {
        refusal = "no anchor";
        throw failure;
      } catch (InvocationTargetException failure) {
        if (failure.getCause() instanceof CertificateException) {
          refusal = "pins";
          throw (CertificateException) failure.getCause();
        }
        throw new IllegalStateException(failure.getCause());
      } catch (ReflectiveOperationException | GeneralSecurityException failure) {
        throw new CertificateException(failure);
      }
    }

    /** From the server up to the first certificate that is an anchor, or that an anchor has signed. */
    private List<X509Certificate> path(X509Certificate[] chain) throws GeneralSecurityException {
      List<X509Certificate> path = new ArrayList<>();
      for (X509Certificate one : chain) {
        one.checkValidity();
        if (!path.isEmpty()) {
          path.get(path.size() - 1).verify(one.getPublicKey());
        }
        path.add(one);
        if (config.findTrustAnchorBySubjectAndPublicKey(one) != null) {
          return path;
        }
      }
      TrustAnchor anchor = config.findTrustAnchorByIssuerAndSignature(chain[chain.length - 1]);
      if (anchor == null) {
        throw new NoAnchor();
      }
      path.add(anchor.certificate);
      return path;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
      throw new CertificateException("no client is expected");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
