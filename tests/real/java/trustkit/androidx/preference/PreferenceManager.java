package androidx.preference;

import android.content.Context;
import android.content.SharedPreferences;

/** Stands in for the library's class of this name, of which TrustKit uses one method. */
public final class PreferenceManager {
  private PreferenceManager() {}

  public static SharedPreferences getDefaultSharedPreferences(Context context) {
    return context.getSharedPreferences("preferences", Context.MODE_PRIVATE);
  }
}
