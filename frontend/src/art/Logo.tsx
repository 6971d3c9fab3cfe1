/** Our sign: a small castle in a golden frame. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
    <rect className="f-gold" x="2" y="2" width="60" height="60" rx="8"/>
    <rect className="f-sky" x="9" y="9" width="46" height="46"/>
    <path className="f-teal" d="M9 55V42q11-9 23-1t23-3v17z"/>
    <path className="f-pink" d="M15 55V38h9v17zm25 0V38h9v17z"/>
    <path className="f-plum" d="M13 38l6.5-10 6.5 10zm25 0l6.5-10 6.5 10z"/>
    <path className="f-coral" d="M24 55V31h16v24z"/>
    <path className="f-plum" d="M22 31l10-15 10 15z"/>
    <path className="f-plum" d="M28.5 55v-8a3.5 3.5 0 0 1 7 0v8z"/>
    <path className="f-coral" d="M32 16V9.5q7 .5 8 8.5-3-1-4 1.5-1.5-2.5-4-3.5z"/>
    </svg>
  );
}
