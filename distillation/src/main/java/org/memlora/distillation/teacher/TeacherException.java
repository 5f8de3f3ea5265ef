package org.memlora.distillation.teacher;

/** The teacher gave no answer; the message is one sentence that says what to do. */
public final class TeacherException extends RuntimeException {
    public TeacherException(String message, Throwable cause) {
        super(message, cause);
    }
}
