/**
 * Vision-language models on DJL's PyTorch engine: a vision transformer looks at the tiles of a picture, and what it saw takes the place of
 * embeddings in the transformer's prompt. SmolVLM (Idefics3) and InternVL3 are two configurations of the same blocks.
 * Shapes: T tiles, P tokens of a tile inside the tower, C its width, H heads, D head width, F feed-forward width, p pixels along a patch,
 * f patches along one feature, W width of the transformer.
 * An operation's result belongs to the manager of its left operand, so weights only stand on the right.
 */
package org.memlora.models.vision;
