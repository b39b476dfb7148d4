package com.example.shop

import android.app.Activity
import java.io.IOException
import okhttp3.Call
import okhttp3.Callback
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response

/** Pins and server are those of whichever flavour and build type this is. */
class Shop : Activity() {
    private val client = OkHttpClient.Builder().certificatePinner(Pins.certificatePinner).build()

    override fun onStart() {
        super.onStart()
        val request = Request.Builder().url(getString(R.string.api)).build()
        client.newCall(request).enqueue(
            object : Callback {
                override fun onFailure(call: Call, e: IOException) = show(e.toString())

                override fun onResponse(call: Call, response: Response) = response.use { show(it.code.toString()) }
            },
        )
    }

    private fun show(text: String) = runOnUiThread { title = text }
}
