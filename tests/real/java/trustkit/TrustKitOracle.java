import android.content.Context;
import android.os.AsyncTask;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;

/**
 * Starts TrustKit-Android with compiled network security configurations, as an app does when it is launched, and
 * asks it for policies and for its verdict on chains.
 *
 * <p>Standard input: a count of questions, then each: the device's API level, the document's binary
 * XML, a count of hosts, the hosts, and a count of certificates: none, or the root and a chain, leaf first, that the
 * first host presents. Standard output, per question: {@code error} and the message, in base64, or
 * {@code hosts} and one line per host: {@code none}, {@code invalid} for what is no domain name, or
 * {@code policy <enforced> <expiration> <count of report URIs> <pin>*}; an expiration is epoch
 * milliseconds or {@code never}. With a chain one line more: what the trust manager made of it, and
 * after tabs the addresses that a report is sent to.
 *
 * <p>TrustKit keeps what it was started with for good, so each question has classes of its own.
 */
public final class TrustKitOracle {
  private static final URL[] CLASSES =
      Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(TrustKitOracle::address)
          .toArray(URL[]::new);

  private TrustKitOracle() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    for (int left = in.readInt(); left > 0; left--) {
      System.setProperty("device.api", Integer.toString(in.readInt()));
      byte[] document = NscOracle.bytes(in);
      String[] hosts = new String[in.readInt()];
      for (int i = 0; i < hosts.length; i++) {
        hosts[i] = NscOracle.string(in);
      }
      answer(document, hosts, chain(in), answers);
    }
    answers.flush();
  }

  private static X509Certificate[] chain(DataInputStream in) throws Exception {
    X509Certificate[] chain = new X509Certificate[in.readInt()];
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (int i = 0; i < chain.length; i++) {
      Certificate read = factory.generateCertificate(new ByteArrayInputStream(NscOracle.bytes(in)));
      chain[i] = (X509Certificate) read;
    }
    return chain;
  }

  private static void answer(
      byte[] document, String[] hosts, X509Certificate[] chain, PrintStream answers) throws Exception {
    if (chain.length > 0) {
      Platform.set(document, chain[0], hosts[0]);
    }
    Kit kit;
    try {
      kit =
          (Kit)
              new Fresh().loadClass("Started").getConstructor(Context.class).newInstance(new Device(document));
    } catch (InvocationTargetException failure) {
      if (failure.getCause() instanceof Error) {
        throw failure; // the device is not real enough, which says nothing of TrustKit
      }
      byte[] words = failure.getCause().toString().getBytes(StandardCharsets.UTF_8);
      answers.println("error " + Base64.getEncoder().encodeToString(words));
      return;
    }
    answers.println("hosts");
    for (String host : hosts) {
      answers.println(kit.policy(host));
    }
    if (chain.length > 0) {
      AsyncTask.NOTED.clear();
      StringBuilder line = new StringBuilder();
      line.append(kit.check(hosts[0], Arrays.copyOfRange(chain, 1, chain.length)));
      AsyncTask.NOTED.stream().filter(URL.class::isInstance).map(Object::toString).sorted().forEach(uri -> line.append('\t').append(uri));
      answers.println(line);
    }
  }

  private static URL address(String path) {
    try {
      return new File(path).toURI().toURL();
    } catch (MalformedURLException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Has TrustKit, and what it asks for the API level, for itself, and shares the rest. */
  private static final class Fresh extends URLClassLoader {
    Fresh() {
      super(CLASSES, TrustKitOracle.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals("Started")
          || name.startsWith("com.datatheorem.")
          || name.startsWith("android.os.Build")) {
        Class<?> known = findLoadedClass(name);
        return known == null ? findClass(name) : known;
      }
      return super.loadClass(name, resolve);
    }
  }
}
