package org.memlora.evaluation.plots;

/** Text inside XML and HTML. */
public final class Xml {

    private Xml() { }

    public static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
