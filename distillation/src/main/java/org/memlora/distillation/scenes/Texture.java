package org.memlora.distillation.scenes;

/** What an object's face is covered with, in a second tone of its own colour. */
enum Texture {
    PLAIN("plain"), STRIPES("striped"), DOTS("dotted"), CHECKS("checked");

    private final String adjective;

    Texture(String adjective) {
        this.adjective = adjective;
    }

    String adjective() {
        return adjective;
    }
}
