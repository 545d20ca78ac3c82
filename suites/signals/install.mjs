/** Node and git suffice. */
export function install() {}
