package org.memlora.operators.extraction;
import java.util.List;
public class ExtractionOperator { public List<ExtractionResult> extract(List<Exchange> e) { return null; } }
