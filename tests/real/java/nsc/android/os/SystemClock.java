package android.os;

/**
 * Stands in for the framework's class of this name, whose methods are native.
 *
 * <p>A description of an app asks it, when it is made, how late it is.
 */
public final class SystemClock {
  private SystemClock() {}

  /** Milliseconds of which only the differences mean anything. */
  public static long uptimeMillis() {
    return System.nanoTime() / 1_000_000;
  }
}
