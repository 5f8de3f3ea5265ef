package org.memlora.operators.generation;
import java.util.List;
public class GenerationOperator { public List<GeneratedAnswer> answer(List<QuestionContext> e) { return null; } }
