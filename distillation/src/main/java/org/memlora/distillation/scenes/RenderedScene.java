package org.memlora.distillation.scenes;

import java.awt.image.BufferedImage;
import java.util.List;

/** A picture with what is asked and told about it. */
record RenderedScene(Scene scene, BufferedImage picture, List<SceneQuestion> questions, String description) { }
