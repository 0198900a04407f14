/** The version of fenchel-lab; a constant, so that metrics need no file to sign their scores. */
export const version = (): string => "0.1.0";
