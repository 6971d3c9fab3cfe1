/** The park under a smiling sun, above the ranking. */
export function ParkScene() {
  return (
    <svg className="scene" viewBox="0 0 1440 320" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">
    <path className="f-gold" d="M1191.4,103.3 1218,112 1191.4,120.7z"/>
    <path className="f-coral" d="M1190,127.5 1226.1,151.8 1183.4,143.5z"/>
    <path className="f-gold" d="M1179.5,149.3 1192.2,174.2 1167.3,161.5z"/>
    <path className="f-coral" d="M1161.5,165.4 1169.8,208.1 1145.5,172z"/>
    <path className="f-gold" d="M1138.7,173.4 1130,200 1121.3,173.4z"/>
    <path className="f-coral" d="M1114.5,172 1090.2,208.1 1098.5,165.4z"/>
    <path className="f-gold" d="M1092.7,161.5 1067.8,174.2 1080.5,149.3z"/>
    <path className="f-coral" d="M1076.6,143.5 1033.9,151.8 1070,127.5z"/>
    <path className="f-gold" d="M1068.6,120.7 1042,112 1068.6,103.3z"/>
    <path className="f-coral" d="M1070,96.5 1033.9,72.2 1076.6,80.5z"/>
    <path className="f-gold" d="M1080.5,74.7 1067.8,49.8 1092.7,62.5z"/>
    <path className="f-coral" d="M1098.5,58.6 1090.2,15.9 1114.5,52z"/>
    <path className="f-gold" d="M1121.3,50.6 1130,24 1138.7,50.6z"/>
    <path className="f-coral" d="M1145.5,52 1169.8,15.9 1161.5,58.6z"/>
    <path className="f-gold" d="M1167.3,62.5 1192.2,49.8 1179.5,74.7z"/>
    <path className="f-coral" d="M1183.4,80.5 1226.1,72.2 1190,96.5z"/>
    <circle className="f-gold" cx="1130" cy="112" r="60"/>
    <circle className="f-sun" cx="1130" cy="112" r="48"/>
    <path className="f-ink" d="M1104,106a10,10 0 0 0 20,0z"/>
    <path className="f-ink" d="M1136,106a10,10 0 0 0 20,0z"/>
    <path className="s-ink" d="M1114,138q16,-16 32,0" strokeWidth="4"/>
    <circle className="f-pink" cx="1098" cy="126" r="7"/>
    <circle className="f-pink" cx="1162" cy="126" r="7"/>
    <path className="f-pink" d="M90,51 96,60 90,69 84,60z"/>
    <path className="f-gold" d="M250,27 256,36 250,45 244,36z"/>
    <path className="f-teal" d="M420,75 426,84 420,93 414,84z"/>
    <path className="f-coral" d="M610,31 616,40 610,49 604,40z"/>
    <path className="f-gold" d="M820,57 826,66 820,75 814,66z"/>
    <path className="f-pink" d="M960,25 966,34 960,43 954,34z"/>
    <path className="f-teal" d="M1300,45 1306,54 1300,63 1294,54z"/>
    <path className="f-coral" d="M1390,111 1396,120 1390,129 1384,120z"/>
    <path className="f-coral" d="M330,111 336,120 330,129 324,120z"/>
    <path className="f-plum" d="M520,21 526,30 520,39 514,30z"/>
    <path className="f-hill1" d="M0,320V236Q180,150 380,236T760,226T1120,232T1440,206V320z"/>
    <path className="f-plum" d="M248,320 292,178 308,178 352,320 338,320 300,208 262,320z"/>
    <circle className="s-plum" cx="300" cy="178" r="98" strokeWidth="5"/>
    <circle className="s-plum" cx="300" cy="178" r="60.76" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L398.0,178.0" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L384.9,227.0" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L349.0,262.9" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L300.0,276.0" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L251.0,262.9" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L215.1,227.0" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L202.0,178.0" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L215.1,129.0" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L251.0,93.1" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L300.0,80.0" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L349.0,93.1" strokeWidth="2.5"/>
    <path className="s-plum" d="M300,178L384.9,129.0" strokeWidth="2.5"/>
    <path className="f-coral" d="M381.7,203.4h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M381.7,203.4a13,13 0 0 1 26,0z"/>
    <path className="f-gold" d="M356.3,247.3h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M356.3,247.3a13,13 0 0 1 26,0z"/>
    <path className="f-teal" d="M312.4,272.7h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M312.4,272.7a13,13 0 0 1 26,0z"/>
    <path className="f-pink" d="M261.6,272.7h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M261.6,272.7a13,13 0 0 1 26,0z"/>
    <path className="f-coral" d="M217.7,247.3h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M217.7,247.3a13,13 0 0 1 26,0z"/>
    <path className="f-gold" d="M192.3,203.4h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M192.3,203.4a13,13 0 0 1 26,0z"/>
    <path className="f-teal" d="M192.3,152.6h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M192.3,152.6a13,13 0 0 1 26,0z"/>
    <path className="f-pink" d="M217.7,108.7h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M217.7,108.7a13,13 0 0 1 26,0z"/>
    <path className="f-coral" d="M261.6,83.3h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M261.6,83.3a13,13 0 0 1 26,0z"/>
    <path className="f-gold" d="M312.4,83.3h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M312.4,83.3a13,13 0 0 1 26,0z"/>
    <path className="f-teal" d="M356.3,108.7h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M356.3,108.7a13,13 0 0 1 26,0z"/>
    <path className="f-pink" d="M381.7,152.6h26a13,13 0 0 1 -26,0z"/>
    <path className="f-paper" d="M381.7,152.6a13,13 0 0 1 26,0z"/>
    <circle className="f-coral" cx="300" cy="178" r="17"/>
    <circle className="f-gold" cx="300" cy="178" r="8"/>
    <path className="s-plum" d="M860,320C900,320 930,120 1000,120S1070,300 1120,300S1180,190 1240,190S1310,300 1350,300S1410,250 1440,236" strokeWidth="8"/>
    <path className="s-plum" d="M900,262V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M930,186V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M960,140V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M1000,122V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M1040,160V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M1070,236V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M1190,222V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M1240,192V320" strokeWidth="2.5"/>
    <path className="s-plum" d="M1290,228V320" strokeWidth="2.5"/>
    <g transform="translate(962 126) rotate(-38)"><path className="f-coral" d="M-17,-10h34v12a8,8 0 0 1 -8,8h-18a8,8 0 0 1 -8,-8z"/><circle className="f-paper" cx="-6" cy="-14" r="5"/><circle className="f-paper" cx="7" cy="-14" r="5"/></g>
    <g transform="translate(1000 106) rotate(0)"><path className="f-gold" d="M-17,-10h34v12a8,8 0 0 1 -8,8h-18a8,8 0 0 1 -8,-8z"/><circle className="f-paper" cx="-6" cy="-14" r="5"/><circle className="f-paper" cx="7" cy="-14" r="5"/></g>
    <g transform="translate(1038 130) rotate(42)"><path className="f-teal" d="M-17,-10h34v12a8,8 0 0 1 -8,8h-18a8,8 0 0 1 -8,-8z"/><circle className="f-paper" cx="-6" cy="-14" r="5"/><circle className="f-paper" cx="7" cy="-14" r="5"/></g>
    <rect className="f-pink" x="560" y="196" width="52" height="124"/>
    <path className="f-plum" d="M554,196 586,126 618,196z"/>
    <path className="f-night" d="M579.24,242v-18a6.76,6.76 0 0 1 13.52,0v18z"/>
    <path className="s-ink" d="M586,126v-24" strokeWidth="3"/>
    <path className="f-coral" d="M586,102q14,2 16,22q-8,-2 -10,4q-4,-6 -6,-10z"/>
    <rect className="f-teal" x="828" y="196" width="52" height="124"/>
    <path className="f-coral" d="M822,196 854,126 886,196z"/>
    <path className="f-night" d="M847.24,242v-18a6.76,6.76 0 0 1 13.52,0v18z"/>
    <path className="s-ink" d="M854,126v-24" strokeWidth="3"/>
    <path className="f-gold" d="M854,102q14,2 16,22q-8,-2 -10,4q-4,-6 -6,-10z"/>
    <rect className="f-gold" x="622" y="150" width="60" height="170"/>
    <path className="f-coral" d="M616,150 652,64 688,150z"/>
    <path className="f-night" d="M644.2,196v-18a7.8,7.8 0 0 1 15.6,0v18z"/>
    <path className="s-ink" d="M652,64v-24" strokeWidth="3"/>
    <path className="f-teal" d="M652,40q14,2 16,22q-8,-2 -10,4q-4,-6 -6,-10z"/>
    <rect className="f-coral" x="758" y="150" width="60" height="170"/>
    <path className="f-teal" d="M752,150 788,64 824,150z"/>
    <path className="f-night" d="M780.2,196v-18a7.8,7.8 0 0 1 15.6,0v18z"/>
    <path className="s-ink" d="M788,64v-24" strokeWidth="3"/>
    <path className="f-pink" d="M788,40q14,2 16,22q-8,-2 -10,4q-4,-6 -6,-10z"/>
    <rect className="f-paper" x="672" y="110" width="96" height="210"/>
    <rect className="f-pink" x="672" y="110" width="16" height="16"/>
    <rect className="f-pink" x="704" y="110" width="16" height="16"/>
    <rect className="f-pink" x="736" y="110" width="16" height="16"/>
    <rect className="f-teal" x="688" y="126" width="16" height="16"/>
    <rect className="f-teal" x="720" y="126" width="16" height="16"/>
    <rect className="f-teal" x="752" y="126" width="16" height="16"/>
    <rect className="f-pink" x="672" y="142" width="16" height="16"/>
    <rect className="f-pink" x="704" y="142" width="16" height="16"/>
    <rect className="f-pink" x="736" y="142" width="16" height="16"/>
    <path className="f-plum" d="M662,110 720,6 778,110z"/>
    <path className="f-gold" d="M662,110 778,110 773.5,102 666.5,102z"/>
    <path className="f-coral" d="M676.5,84 763.5,84 759,76 681,76z"/>
    <path className="f-pink" d="M691,58 749,58 744.5,50 695.5,50z"/>
    <path className="s-ink" d="M720,6v-2" strokeWidth="3"/>
    <circle className="f-gold" cx="720" cy="200" r="22"/>
    <circle className="f-paper" cx="720" cy="200" r="15"/>
    <path className="s-ink" d="M720,200v-11M720,200l7,5" strokeWidth="3"/>
    <path className="f-night" d="M694,320v-50a26,26 0 0 1 52,0v50z"/>
    <path className="f-coral" d="M703,320v-48a17,17 0 0 1 34,0v48z"/>
    <rect className="f-plum" x="612" y="238" width="9" height="12"/>
    <rect className="f-plum" x="627" y="238" width="9" height="12"/>
    <rect className="f-plum" x="642" y="238" width="9" height="12"/>
    <rect className="f-plum" x="657" y="238" width="9" height="12"/>
    <rect className="f-teal" x="606" y="250" width="68" height="70"/>
    <rect className="f-gold" x="766" y="250" width="68" height="70"/>
    <rect className="f-plum" x="768" y="238" width="9" height="12"/>
    <rect className="f-plum" x="783" y="238" width="9" height="12"/>
    <rect className="f-plum" x="798" y="238" width="9" height="12"/>
    <rect className="f-plum" x="813" y="238" width="9" height="12"/>
    <rect className="f-plum" x="828" y="238" width="9" height="12"/>
    <path className="f-paper" d="M606,320 614.5,292 623,320z"/>
    <path className="f-plum" d="M766,320 774.5,292 783,320z"/>
    <path className="f-paper" d="M623,320 631.5,292 640,320z"/>
    <path className="f-plum" d="M783,320 791.5,292 800,320z"/>
    <path className="f-paper" d="M640,320 648.5,292 657,320z"/>
    <path className="f-plum" d="M800,320 808.5,292 817,320z"/>
    <path className="f-paper" d="M657,320 665.5,292 674,320z"/>
    <path className="f-plum" d="M817,320 825.5,292 834,320z"/>
    <rect className="f-paper" x="438" y="246" width="84" height="74"/>
    <rect className="f-coral" x="438" y="246" width="7" height="74"/>
    <rect className="f-coral" x="452" y="246" width="7" height="74"/>
    <rect className="f-coral" x="466" y="246" width="7" height="74"/>
    <rect className="f-coral" x="480" y="246" width="7" height="74"/>
    <rect className="f-coral" x="494" y="246" width="7" height="74"/>
    <rect className="f-coral" x="508" y="246" width="7" height="74"/>
    <path className="f-teal" d="M422,250 480,196 538,250z"/>
    <path className="f-gold" d="M450,250 480,196 510,250z"/>
    <path className="f-pink" d="M422.0,250a9.65,9.65 0 0 0 19.3,0z"/>
    <path className="f-plum" d="M441.3,250a9.65,9.65 0 0 0 19.3,0z"/>
    <path className="f-pink" d="M460.6,250a9.65,9.65 0 0 0 19.3,0z"/>
    <path className="f-plum" d="M479.9,250a9.65,9.65 0 0 0 19.3,0z"/>
    <path className="f-pink" d="M499.2,250a9.65,9.65 0 0 0 19.3,0z"/>
    <path className="f-plum" d="M518.5,250a9.65,9.65 0 0 0 19.3,0z"/>
    <circle className="f-coral" cx="480" cy="193" r="7"/>
    <path className="f-hill2" d="M0,320V268Q120,226 260,276T520,300T640,312V320z"/>
    <path className="f-hill2" d="M800,320Q930,262 1080,296T1440,262V320z"/>
    <path className="s-ink" d="M70,236V320" strokeWidth="4"/>
    <circle className="f-teal" cx="70" cy="236" r="30"/>
    <circle className="f-gold" cx="70" cy="236" r="19.8"/>
    <circle className="f-coral" cx="70" cy="236" r="9.9"/>
    <path className="s-ink" d="M130,262V320" strokeWidth="4"/>
    <circle className="f-coral" cx="130" cy="262" r="20"/>
    <circle className="f-pink" cx="130" cy="262" r="13.2"/>
    <circle className="f-plum" cx="130" cy="262" r="6.6"/>
    <path className="s-ink" d="M196,280V320" strokeWidth="4"/>
    <circle className="f-gold" cx="196" cy="280" r="15"/>
    <circle className="f-coral" cx="196" cy="280" r="9.9"/>
    <circle className="f-paper" cx="196" cy="280" r="4.95"/>
    <path className="s-ink" d="M1372,246V320" strokeWidth="4"/>
    <circle className="f-pink" cx="1372" cy="246" r="28"/>
    <circle className="f-gold" cx="1372" cy="246" r="18.48"/>
    <circle className="f-plum" cx="1372" cy="246" r="9.24"/>
    <path className="s-ink" d="M1310,276V320" strokeWidth="4"/>
    <circle className="f-teal" cx="1310" cy="276" r="18"/>
    <circle className="f-paper" cx="1310" cy="276" r="11.88"/>
    <circle className="f-coral" cx="1310" cy="276" r="5.94"/>
    <path className="s-ink" d="M910,284V320" strokeWidth="4"/>
    <circle className="f-pink" cx="910" cy="284" r="15"/>
    <circle className="f-coral" cx="910" cy="284" r="9.9"/>
    <circle className="f-gold" cx="910" cy="284" r="4.95"/>
    <path className="s-ink" d="M548,282V320" strokeWidth="4"/>
    <circle className="f-teal" cx="548" cy="282" r="14"/>
    <circle className="f-paper" cx="548" cy="282" r="9.24"/>
    <circle className="f-plum" cx="548" cy="282" r="4.62"/>
    </svg>
  );
}
