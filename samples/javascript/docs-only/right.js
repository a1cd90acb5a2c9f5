/**
 * Makes the part of an address that names a page.
 *
 * @param {string} title - The title of the page, in Latin letters.
 * @returns {string} Lower-case words joined by hyphens.
 */
export function slug(title) {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-") // all that is not a letter or a digit
    .replace(/^-|-$/g, "");
}
