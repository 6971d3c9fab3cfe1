/** A coaster that lost its track. */
export function BrokenRide() {
  return (
    <svg className="broken" viewBox="0 0 300 240" aria-hidden="true" focusable="false">
    <path className="f-sky" d="M0 0h300v240H0z"/>
    <circle className="f-gold" cx="232" cy="62" r="34"/><path className="s-ink" d="M220 58q4 5 8 0M238 58q4 5 8 0M222 78q11-10 22 0" strokeWidth="3"/>
    <path className="f-hill1" d="M0 240v-56q70-44 150-8t150-24v88z"/>
    <path className="s-plum" d="M-6 214q60 0 86-70t64-44" strokeWidth="9"/>
    <path className="s-plum" d="M196 150q20 62 110 62" strokeWidth="9" strokeDasharray="2 0"/>
    <path className="s-plum" d="M40 198v42M76 152v88M112 106v134M212 184v56M256 208v32" strokeWidth="4"/>
    <g transform="rotate(-22 150 92)"><path className="f-coral" d="M124 78h44v16a10 10 0 0 1-10 10h-24a10 10 0 0 1-10-10z"/><circle className="f-paper" cx="138" cy="72" r="7"/><circle className="f-paper" cx="155" cy="72" r="7"/></g>
    <path className="f-pink" d="M96 240l14-34h8l14 34z"/><path className="f-paper" d="M105.9 216h16.2l2.5 6h-21.2zM101 228h26l2.5 6h-31z"/>
    <path className="f-gold" d="M182 240l14-34h8l14 34z"/><path className="f-paper" d="M191.9 216h16.2l2.5 6h-21.2zM187 228h26l2.5 6h-31z"/>
    </svg>
  );
}
