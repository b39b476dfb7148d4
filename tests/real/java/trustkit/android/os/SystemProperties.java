package android.os;

/**
 * Stands in for the framework's class of this name, whose methods are native.
 *
 * <p>What a device says of itself: its processor, that it is a release, its API level, which is
 * that of the oracle's question, and nothing else.
 */
public final class SystemProperties {
  private SystemProperties() {}

  public static String get(String key) {
    return get(key, "");
  }

  public static String get(String key, String unknown) {
    if (key.startsWith("ro.product.cpu.abilist")) {
      return "arm64-v8a";
    }
    if (key.endsWith("_codenames")) {
      return "REL";
    }
    return key.equals("ro.build.version.sdk") ? System.getProperty("device.api") : unknown;
  }

  public static int getInt(String key, int unknown) {
    return Integer.parseInt(get(key, Integer.toString(unknown)));
  }

  public static long getLong(String key, long unknown) {
    return unknown;
  }

  public static boolean getBoolean(String key, boolean unknown) {
    return unknown;
  }
}
