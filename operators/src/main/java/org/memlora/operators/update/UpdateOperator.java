package org.memlora.operators.update;
import java.util.List;
public class UpdateOperator { public List<UpdateResult> update(List<BankFacts> e) { return null; } }
