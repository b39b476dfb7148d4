import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Collections;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.CertificatePinner;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Has OkHttp fetch pages from servers on this machine, whatever host they are asked for.
 *
 * <p>Standard input, as that of PinnerOracle: a count of questions, then each: the name of a class
 * with a ready pinner (empty: no pinner), the host, the port, a count of CAs, the certificates of
 * the CAs which the client trusts. Standard output, one line per question: the status, {@code
 * refuse} if the pins did, or {@code throws:} and the name of another exception.
 */
public final class LiveClient {
  private LiveClient() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    for (int left = in.readInt(); left > 0; left--) {
      String className = PinnerOracle.string(in);
      String host = PinnerOracle.string(in);
      int port = in.readInt();
      answers.println(answer(className, host, port, trusting(in)));
    }
    answers.flush();
    System.exit(0); // not waiting for idle connections
  }

  private static String answer(String className, String host, int port, X509TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      CertificatePinner pinner =
          className.isEmpty() ? CertificatePinner.DEFAULT : PinnerOracle.ready(className);
      OkHttpClient client =
          new OkHttpClient.Builder()
              .sslSocketFactory(context.getSocketFactory(), trust)
              .dns(name -> Collections.singletonList(InetAddress.getLoopbackAddress()))
              .certificatePinner(pinner)
              .build();
      Request request = new Request.Builder().url("https://" + host + ":" + port + "/").build();
      try (Response response = client.newCall(request).execute()) {
        return Integer.toString(response.code());
      }
    } catch (SSLPeerUnverifiedException refusal) {
      boolean pinned = String.valueOf(refusal.getMessage()).startsWith("Certificate pinning failure!");
      return pinned ? "refuse" : "throws:" + refusal.getMessage().replace('\n', ' ');
    } catch (Throwable thrown) {
      return "throws:" + thrown.toString().replace('\n', ' ');
    }
  }

  /** A trust manager of the JVM's which trusts these CAs and no other. */
  private static X509TrustManager trusting(DataInputStream in)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (int left = in.readInt(); left > 0; left--) {
      ByteArrayInputStream der = new ByteArrayInputStream(PinnerOracle.bytes(in));
      store.setCertificateEntry("ca" + left, factory.generateCertificate(der));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    return (X509TrustManager) managers.getTrustManagers()[0];
  }
}
