package org.memlora.operators.generation;
import java.util.List; import org.memlora.operators.*;
public record GeneratedAnswer(String questionEventId, String text, String expert, StageUsage usage, List<StageFailure> failures) { }
