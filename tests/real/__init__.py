"""Tests which ask the real parts (OkHttp, Kotlin, javac, Android's own parser) what they do."""
