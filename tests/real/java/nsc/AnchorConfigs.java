import android.content.Context;
import android.content.ContextWrapper;
import android.content.pm.ApplicationInfo;
import android.content.res.Resources;
import android.content.res.XmlResourceParser;
import android.security.net.config.ApplicationConfig;
import android.security.net.config.CertificateSource;
import android.security.net.config.NetworkSecurityConfig;
import android.security.net.config.SystemCertificateSource;
import android.security.net.config.UserCertificateSource;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Asks Android's own code whom configurations trust, anchor by anchor, and what becomes of paths.
 *
 * <p>Which path is built is not asked here: Android's builder is in part machine code. What is made
 * of one, and of the anchor in which it ends, is Android's own NetworkSecurityTrustManager.
 *
 * <p>Standard input, big-endian: a count of certificates, and each; a count of resources, and the
 * id and content of each; a count of questions, then each: target SDK, debuggable (0 or 1), binary
 * XML, binary XML of the resource with {@code _debug} behind its name (empty: there is none), the
 * numbers of the certificates in the system's store and in the user's, the hosts, a count of paths,
 * and the numbers of the certificates of each, the anchor last. Standard output, per question:
 * {@code error <what>}, or {@code hosts} and a line per host: its sources in their order, parted by
 * semicolons ({@code System}, {@code User}, or the SHA-256 of each certificate of a resource, and a
 * {@code !} where they override pins), a space, and a letter per path: {@code A}ccepted, {@code R}efused.
 */
public final class AnchorConfigs {
  private final List<X509Certificate> certificates = new ArrayList<>();
  private final Map<Integer, byte[]> resources = new HashMap<>();
  private final DataInputStream in;

  private AnchorConfigs(DataInputStream in) {
    this.in = in;
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    new AnchorConfigs(new DataInputStream(new BufferedInputStream(System.in))).answer(answers);
    answers.flush();
  }

  private void answer(PrintStream answers) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (int left = in.readInt(); left > 0; left--) {
      byte[] der = NscOracle.bytes(in);
      certificates.add(
          (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
    }
    for (int left = in.readInt(); left > 0; left--) {
      resources.put(in.readInt(), NscOracle.bytes(in));
    }
    for (int left = in.readInt(); left > 0; left--) {
      ApplicationInfo app = new ApplicationInfo();
      app.targetSdkVersion = in.readInt();
      app.flags = in.readInt() == 0 ? 0 : ApplicationInfo.FLAG_DEBUGGABLE;
      Context context = new AppContext(NscOracle.bytes(in), NscOracle.bytes(in), resources);
      SystemCertificateSource.getInstance().hold(some());
      UserCertificateSource.getInstance().hold(some());
      List<String> hosts = new ArrayList<>();
      for (int more = in.readInt(); more > 0; more--) {
        hosts.add(NscOracle.string(in));
      }
      List<List<X509Certificate>> paths = new ArrayList<>();
      for (int more = in.readInt(); more > 0; more--) {
        paths.add(some());
      }
      ApplicationConfig config = new ApplicationConfig(NscOracle.source(context, app));
      try {
        config.hasPerDomainConfigs(); // the first use of any kind reads the document
      } catch (RuntimeException thrown) {
        answers.println("error " + thrown.toString().replace('\n', ' '));
        continue;
      }
      answers.println("hosts");
      for (String host : hosts) {
        NetworkSecurityConfig found = config.getConfigForHostname(host);
        answers.println(sources(found) + " " + verdicts(found, paths));
      }
    }
  }

  private List<X509Certificate> some() throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      found.add(certificates.get(in.readInt()));
    }
    return found;
  }

  private static String sources(NetworkSecurityConfig config) throws Exception {
    List<String> found = new ArrayList<>();
    for (Object entry : (List<?>) NscOracle.field(config, "mCertificatesEntryRefs")) {
      CertificateSource source = (CertificateSource) NscOracle.field(entry, "mSource");
      String name = source.getClass().getSimpleName().replace("CertificateSource", "");
      boolean overrides = (Boolean) NscOracle.field(entry, "mOverridesPins");
      found.add((name.equals("Resource") ? hashes(source) : name) + (overrides ? "!" : ""));
    }
    return String.join(";", found);
  }

  private static String hashes(CertificateSource source) throws Exception {
    TreeSet<String> found = new TreeSet<>();
    for (X509Certificate one : source.getCertificates()) {
      StringBuilder text = new StringBuilder();
      for (byte value : MessageDigest.getInstance("SHA-256").digest(one.getEncoded())) {
        text.append(String.format("%02x", value));
      }
      found.add(text.toString());
    }
    return String.join(",", found);
  }

  /** A path whose anchor is not known has none that Android would have built. */
  private static String verdicts(NetworkSecurityConfig config, List<List<X509Certificate>> paths)
      throws Exception {
    Object manager = LivePins.manager(config);
    Method check = manager.getClass().getDeclaredMethod("checkPins", List.class);
    check.setAccessible(true);
    StringBuilder letters = new StringBuilder();
    for (List<X509Certificate> path : paths) {
      X509Certificate last = path.get(path.size() - 1);
      boolean accepted = config.findTrustAnchorBySubjectAndPublicKey(last) != null;
      try {
        if (accepted) {
          check.invoke(manager, path);
        }
      } catch (InvocationTargetException failure) {
        if (!(failure.getCause() instanceof CertificateException)) {
          throw failure;
        }
        accepted = false;
      }
      letters.append(accepted ? 'A' : 'R');
    }
    return letters.toString();
  }

  /** An app with a configuration, perhaps one with {@code _debug} behind its name, and files. */
  static final class AppContext extends ContextWrapper {
    private final Resources files;

    AppContext(byte[] document, byte[] twin, Map<Integer, byte[]> resources) {
      super((Context) null);
      files = new Files(document, twin, resources);
    }

    @Override
    public Resources getResources() {
      return files;
    }
  }

  private static final class Files extends Resources {
    private static final int TWIN = 2;
    private static final String NAME = "network_security_config";
    private final byte[] document;
    private final byte[] twin;
    private final Map<Integer, byte[]> resources;

    Files(byte[] document, byte[] twin, Map<Integer, byte[]> resources) {
      super(AnchorConfigs.class.getClassLoader());
      this.document = document;
      this.twin = twin;
      this.resources = resources;
    }

    @Override
    public InputStream openRawResource(int id) {
      return new ByteArrayInputStream(resources.get(id));
    }

    @Override
    public XmlResourceParser getXml(int id) {
      return BinaryXml.open(id == TWIN ? twin : document);
    }

    @Override
    public String getResourceEntryName(int id) {
      return NAME;
    }

    @Override
    public String getResourcePackageName(int id) {
      return "pincompiler.tests";
    }

    @Override
    public int getIdentifier(String name, String type, String packageName) {
      return twin.length > 0 && name.equals(NAME + "_debug") && type.equals("xml") ? TWIN : 0;
    }
  }
}
