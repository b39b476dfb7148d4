package com.example.shop

import android.app.Activity
import android.os.Bundle
import okhttp3.OkHttpClient

class Shop : Activity() {
    /** The pins of whichever flavour and build type this is. */
    val client: OkHttpClient = OkHttpClient.Builder().certificatePinner(Pins.certificatePinner).build()

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        client.newBuilder()
    }
}
