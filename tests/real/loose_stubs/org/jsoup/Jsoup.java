package org.jsoup;

public class Jsoup {
    public static Connection connect(String url) {
        return null;
    }
}
