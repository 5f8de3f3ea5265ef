/** Pictures without a model: what a file says of itself, decoding to RGB with bounded memory, resampling. */
package org.memlora.models.picture;
