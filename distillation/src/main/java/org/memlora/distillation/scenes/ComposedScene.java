package org.memlora.distillation.scenes;

import java.util.Optional;

/** @param counted what is to be counted; empty: whatever the scene allows */
record ComposedScene(Scene scene, Optional<Descriptor> counted) { }
