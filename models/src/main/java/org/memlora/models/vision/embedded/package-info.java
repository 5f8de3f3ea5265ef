/**
 * The embedded eyes: an ImageNet classifier whose first blocks look at a picture, trained blocks that find its objects, and one vector for each
 * object in the transformer's prompt. Shapes: B pictures, S cells along a picture's grid, n tokens of all pictures together, D width of a token,
 * A values of all attributes, C width of the transformer.
 */
package org.memlora.models.vision.embedded;
