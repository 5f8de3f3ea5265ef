package org.memlora.distillation.scenes;

/** @param answer one word in small letters */
public record SceneQuestion(QuestionKind kind, String question, String answer) { }
