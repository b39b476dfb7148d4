package io.approov.service.okhttp;

import android.content.Context;

public class ApproovService {
    public static void initialize(Context context, String config) {}
}
