/** The mark of the pages: a sheet of four tiles, one of them coming through. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect x="2" y="2" width="44" height="44" rx="11" fill="#0f766e"/>
<g fill="#fff">
<rect x="11" y="11" width="12" height="12" rx="2.5" opacity=".55"/>
<rect x="25" y="11" width="12" height="12" rx="2.5"/>
<rect x="11" y="25" width="12" height="12" rx="2.5"/>
<rect x="25" y="25" width="12" height="12" rx="2.5" opacity=".75"/>
</g>
</svg>
`;
