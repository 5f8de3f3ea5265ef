package org.memlora.distillation.teacher;

/**
 * What a teacher wrote, raw.
 *
 * @param cutOff whether it ended at its token limit and not by itself
 */
public record TeacherAnswer(String text, boolean cutOff) { }
