import android.content.pm.ApplicationInfo;
import android.security.net.config.ApplicationConfig;
import android.security.net.config.NetworkSecurityConfig;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Connects to servers on this machine and has Android's NetworkSecurityTrustManager check the pins.
 *
 * <p>Android validates the chain with a library in machine code, which does not run here: the JVM
 * does it, by signatures up to the root that is the app's only anchor. What is made of the pins,
 * their end, and anchors that override them, is Android's own code.
 *
 * <p>Standard input: a count of questions, then each: the compiled configuration, the root's
 * certificate, the host, the port. Standard output, one line each: {@code accept}, {@code refuse},
 * or {@code throws:} and the name of another exception.
 */
public final class LivePins {
  private LivePins() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    for (int left = in.readInt(); left > 0; left--) {
      byte[] document = NscOracle.bytes(in);
      byte[] root = NscOracle.bytes(in);
      String host = NscOracle.string(in);
      answers.println(answer(document, root, host, in.readInt()));
    }
    answers.flush();
  }

  private static String answer(byte[] document, byte[] root, String host, int port) {
    try {
      Checker checker = new Checker(document, root, host);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {checker}, null);
      try (SSLSocket socket =
          (SSLSocket)
              context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(Collections.singletonList(new SNIHostName(host)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
      } catch (Exception failure) {
        if (checker.refusal == null) {
          throw failure;
        }
      }
      return checker.refusal == null ? "accept" : "refuse";
    } catch (Throwable thrown) {
      return "throws:" + thrown.toString().replace('\n', ' ');
    }
  }

  /** Android's own trust manager, not by its constructor, which asks for the library in machine code. */
  static Object manager(NetworkSecurityConfig config) throws ReflectiveOperationException {
    Class<?> type = Class.forName("android.security.net.config.NetworkSecurityTrustManager");
    Field unsafe = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
    unsafe.setAccessible(true);
    Object maker = unsafe.get(null);
    Object made = maker.getClass().getMethod("allocateInstance", Class.class).invoke(maker, type);
    Field field = type.getDeclaredField("mNetworkSecurityConfig");
    field.setAccessible(true);
    field.set(made, config);
    return made;
  }

  /** What the app's configuration makes of a chain. */
  static final class Checker implements X509TrustManager {
    private final X509Certificate root;
    private final Object manager;
    private final Method check;
    Exception refusal;

    Checker(byte[] document, byte[] root, String host) throws Exception {
      this.root =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(root));
      ApplicationInfo app = new ApplicationInfo();
      app.targetSdkVersion = 34;
      ApplicationConfig config =
          new ApplicationConfig(
              NscOracle.source(new NscOracle.OneFileContext(document, root), app));
      manager = manager(config.getConfigForHostname(host));
      check = manager.getClass().getDeclaredMethod("checkPins", List.class);
      check.setAccessible(true);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
      try {
        check.invoke(manager, validated(chain, root));
      } catch (InvocationTargetException failure) {
        if (failure.getCause() instanceof CertificateException) {
          refusal = (CertificateException) failure.getCause();
          throw (CertificateException) failure.getCause();
        }
        throw new IllegalStateException(failure.getCause());
      } catch (CertificateException failure) {
        throw failure;
      } catch (Exception failure) {
        throw new CertificateException(failure);
      }
    }

    /** The chain up to the root, which was not sent. */
    static List<X509Certificate> validated(X509Certificate[] chain, X509Certificate root)
        throws GeneralSecurityException {
      List<X509Certificate> validated = new ArrayList<>(Arrays.asList(chain));
      validated.add(root);
      for (int i = 0; i + 1 < validated.size(); i++) {
        validated.get(i).checkValidity();
        validated.get(i).verify(validated.get(i + 1).getPublicKey());
      }
      return validated;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
      throw new CertificateException("no client is expected");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[] {root};
    }
  }
}
