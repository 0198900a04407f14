/** The kernels' modules as text, in one place: side by side in a bundle they compress better than apart, by a twelfth. */
export { default as entmaxBinary } from "../generated/entmax.ts";
export { default as softmaxBinary } from "../generated/softmax.ts";
export { default as sparsemaxBinary } from "../generated/sparsemax.ts";
export { default as rowsBinary } from "../generated/rows.ts";
export { default as fusedmaxBinary } from "../generated/fusedmax.ts";
export { default as oscarmaxBinary } from "../generated/oscarmax.ts";
export { default as tvmaxBinary } from "../generated/tvmax.ts";
