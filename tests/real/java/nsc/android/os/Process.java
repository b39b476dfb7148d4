package android.os;

/**
 * Stands in for the framework's class of this name, whose methods are native.
 *
 * <p>The parser's certificate sources ask it, when they are made, which user runs the app.
 */
public final class Process {
  private Process() {}

  /** The first number which Android gives to an app of the first user. */
  public static int myUid() {
    return 10_000;
  }
}
