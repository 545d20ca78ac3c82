export async function fleet() {}
