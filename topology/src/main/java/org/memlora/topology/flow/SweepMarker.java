package org.memlora.topology.flow;

/** The marker of a sweep came back through the events: all before its offset were consumed. */
public record SweepMarker(long offset) { }
