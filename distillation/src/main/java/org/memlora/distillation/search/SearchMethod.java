package org.memlora.distillation.search;

/** How the inner loop spends its steps. */
public enum SearchMethod { HALVING, EXHAUSTIVE }
